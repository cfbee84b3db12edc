/** What the build provides beside packages. */
declare module 'amd-module' {
  const module: { readonly uri: string };
  export default module;
}
declare module '*.css' {
  const text: string;
  export default text;
}

/** Of V8, which the language's checker asks where there is one. */
interface ErrorConstructor {
  stackTraceLimit: number;
}
