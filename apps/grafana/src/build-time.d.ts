/** Values that the build provides, in addition to packages. */
declare module 'amd-module' {
  const module: { readonly uri: string };
  export default module;
}
declare module '*.css' {
  const text: string;
  export default text;
}

/** Of V8; the language's checker uses it if available. */
interface ErrorConstructor {
  stackTraceLimit: number;
}
