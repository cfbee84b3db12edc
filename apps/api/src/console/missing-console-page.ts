/** The page of a server that was built without the console. */
export function missingConsolePage(): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>The console is not built · BeTrace</title>
  </head>
  <body>
    <h1>The console is not built</h1>
    <p>This server works, and was started without its web console. In the folder of the sources run:</p>
    <pre>npm run build</pre>
    <p>and load this page again; the server need not be restarted. The API is described at <a href="/docs">/docs</a>.</p>
  </body>
</html>
`;
}
