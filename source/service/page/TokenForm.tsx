import type {JSX} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import type {Session} from './session.ts';

/** Asks for the token; it is kept for this tab only. */
export function TokenForm({session}: {readonly session: Session}): JSX.Element {
	const [token, setToken] = useState('');
	const box = useRef<HTMLInputElement>(null);
	useEffect(() => box.current?.focus(), []);
	const mayCancel = session.actionNeedsToken || session.snapshot !== undefined;
	return (
		<div class="veil">
			<form
				class="panel token"
				aria-label="Token"
				onSubmit={(event) => {
					event.preventDefault();
					if (token.trim() === '') return;
					session.giveToken(token.trim());
					setToken('');
				}}
				onKeyDown={(event) => {
					if (event.key === 'Escape' && mayCancel) session.giveToken(undefined);
				}}
			>
				<h2>{title(session)}</h2>
				<p>
					The token is in the file that keydeck named when it started; print it with <code>keydeck token show</code>.
				</p>
				<label>
					Token
					<input
						ref={box}
						type="password"
						autocomplete="off"
						spellcheck={false}
						value={token}
						onInput={(event) => setToken(event.currentTarget.value)}
					/>
				</label>
				<p class="does">
					{mayCancel ? (
						<button type="button" onClick={() => session.giveToken(undefined)}>
							Go on without
						</button>
					) : null}
					<button type="submit" class="strong">
						Use it
					</button>
				</p>
				<p class="quiet">It is kept until this tab is closed, and sent to this server only.</p>
			</form>
		</div>
	);
}

function title({state, actionNeedsToken, tokenFell}: Session): string {
	if (state.kind === 'token' && state.reason === 'wrong') return 'That token is not the one of this keydeck';
	if (state.kind === 'token' && state.reason === 'revoked') return 'The token was revoked; enter the new one';
	if (actionNeedsToken) return tokenFell ? 'That token does not allow it; enter another one' : 'Acting takes the token';
	return 'keydeck asks for its token';
}
