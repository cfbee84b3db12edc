/** An object whose methods are another object's after `replace`: a database or a log that is restored or created again while a process has it open. */
export function replaceable<T extends object>(first: T): { readonly object: T; replace(by: T): void } {
  const object = Object.assign(Object.create(Object.getPrototypeOf(first) as object) as T, methodsOf(first));
  return { object, replace: (by) => void Object.assign(object, methodsOf(by)) };
}

function methodsOf(object: object): object {
  const methods = new Map<string, unknown>();
  for (let at: object = object; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const name of Object.getOwnPropertyNames(at)) {
      const value: unknown = Reflect.get(object, name);
      if (name !== 'constructor' && typeof value === 'function' && !methods.has(name)) methods.set(name, value.bind(object));
    }
  }
  return Object.fromEntries(methods);
}
