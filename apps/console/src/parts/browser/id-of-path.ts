/** The id in a path of the address. The router has decoded it except for signs such as a slash; a percent sign of its own stays as it is. */
export function idOfPath(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
