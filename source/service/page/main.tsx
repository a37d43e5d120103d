import {render} from 'preact';
import {browserClock} from './browser-clock.ts';
import {paintTheme, sessionVault} from './browser-storage.ts';
import {browserWire} from './browser-wire.ts';
import {DeckLink} from './deck-link.ts';
import {Page} from './Page.tsx';
import {Session} from './session.ts';

const place = document.getElementById('page');
if (place !== null) {
	paintTheme();
	const link = new DeckLink({wire: browserWire, clock: browserClock, random: Math.random, token: sessionVault.read()});
	const session = new Session({link, clock: browserClock, vault: sessionVault});
	place.replaceChildren();
	render(<Page session={session} />, place);
	session.start();
	addEventListener('online', () => session.wake());
	document.addEventListener('visibilitychange', () => {
		if (document.visibilityState === 'visible') session.wake();
	});
}
