/**
 * A base URL as configured, without trailing slashes and without the version a vendor's paths
 * already start with: people write `https://api.mistral.ai` and `https://api.mistral.ai/v1`.
 */
export function baseOf(configured: string, version?: RegExp): string {
	const trimmed = configured.trim().replace(/\/+$/, '');
	return version === undefined ? trimmed : trimmed.replace(version, '');
}
