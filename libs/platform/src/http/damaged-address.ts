/**
 * The path of the page for an address below it that cannot be decoded, such as `/ui/rules/%`: a link that was damaged on its way. The page names the parts
 * that cannot be read; an error of the API would be all that a person sees. Other addresses stay as they are.
 */
export function pageOfDamaged(method: string | undefined, url: string, pages: readonly string[]): string {
  if ((method !== 'GET' && method !== 'HEAD') || isReadable(url)) return url;
  return pages.find((page) => url.startsWith(page) && /^[/?]/.test(url.slice(page.length))) ?? url;
}

function isReadable(url: string): boolean {
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}
