/** Where a person tops up, upgrades, or gets a token. */
export const HELP_URL = 'https://nemovideo.com'

/** Where credits come from: an anonymous account is registered, so that it keeps what it has; another is topped up. */
export const creditsUrl = (anonymousUserId: string | null): string =>
  anonymousUserId === null ? HELP_URL : `${HELP_URL}/register?bind=${encodeURIComponent(anonymousUserId)}`
