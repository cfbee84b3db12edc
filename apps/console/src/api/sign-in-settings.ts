import { useQuery } from '@tanstack/react-query';

/** The console's client at the OpenID Connect issuer, from the server. */
export interface IssuerClient {
  readonly issuer: string;
  readonly client_id: string;
  readonly scope: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
}

/** How to sign in: at an issuer, at one that does not answer now, or only with a key or token. */
export type SignInSettings = IssuerClient | { readonly issuer: string; readonly away: string } | null;

export const isAway = (settings: SignInSettings | undefined): settings is { readonly issuer: string; readonly away: string } =>
  settings != null && 'away' in settings;

/** @param enabled false: no request is sent */
export function useSignInSettings(enabled: boolean) {
  return useQuery({
    queryKey: ['sign-in-settings'],
    enabled,
    staleTime: 0,
    queryFn: async ({ signal }): Promise<SignInSettings> => {
      const response = await fetch(`${location.origin}/ui/settings.json`, { signal });
      if (!response.ok) throw new Error(`The server answered ${response.status}.`);
      return ((await response.json()) as { readonly sign_in: SignInSettings }).sign_in;
    },
  });
}
