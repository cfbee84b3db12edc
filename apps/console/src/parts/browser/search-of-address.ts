import { useSearch } from 'wouter/use-browser-location';

/** The query of the address for the router, which decodes it once before its parts are decoded: a typed percent sign would be lost. */
export const searchOfAddress = (): string => useSearch().replaceAll('%', '%25');
