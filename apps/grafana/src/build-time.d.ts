/** What the build provides beside packages. */
declare module 'amd-module' {
  const module: { readonly uri: string };
  export default module;
}
declare module '*.css' {
  const text: string;
  export default text;
}
