import type { Type } from '@nestjs/common';
import { OmitType as omitType, PartialType as partialType } from '@nestjs/mapped-types';
import type * as Swagger from '@nestjs/swagger';

type DecoratorName = Extract<keyof typeof Swagger, `Api${string}`>;

/** Calls of the decorators below, deferred until @nestjs/swagger is loaded, in order. */
const descriptions: ((swagger: typeof Swagger) => void)[] = [];

/**
 * Loads @nestjs/swagger and applies all descriptions. It is loaded for the first request of the documentation: with its dependencies it is a fifth of all
 * modules, and only people read the documentation.
 */
export async function loadSwagger(): Promise<typeof Swagger> {
  const swagger = await import('@nestjs/swagger');
  for (const describe of descriptions.splice(0)) describe(swagger);
  return swagger;
}

/** A decorator that applies when swagger is loaded. */
function later<Name extends DecoratorName>(name: Name): (typeof Swagger)[Name] {
  type Decorate = (...target: readonly unknown[]) => void;
  const decorator =
    (...options: readonly unknown[]): Decorate =>
    (...target) => {
      descriptions.push((swagger) => (swagger[name] as unknown as (...options: readonly unknown[]) => Decorate)(...options)(...target));
    };
  return decorator as unknown as (typeof Swagger)[Name];
}

export const ApiBadRequestResponse = later('ApiBadRequestResponse');
export const ApiBody = later('ApiBody');
export const ApiConflictResponse = later('ApiConflictResponse');
export const ApiConsumes = later('ApiConsumes');
export const ApiCreatedResponse = later('ApiCreatedResponse');
export const ApiExcludeController = later('ApiExcludeController');
export const ApiExtraModels = later('ApiExtraModels');
export const ApiHeader = later('ApiHeader');
export const ApiAcceptedResponse = later('ApiAcceptedResponse');
export const ApiNoContentResponse = later('ApiNoContentResponse');
export const ApiNotFoundResponse = later('ApiNotFoundResponse');
export const ApiOkResponse = later('ApiOkResponse');
export const ApiOperation = later('ApiOperation');
export const ApiProduces = later('ApiProduces');
export const ApiProperty = later('ApiProperty');
export const ApiPropertyOptional = later('ApiPropertyOptional');
export const ApiResponse = later('ApiResponse');
export const ApiServiceUnavailableResponse = later('ApiServiceUnavailableResponse');
export const ApiTags = later('ApiTags');
export const ApiUnprocessableEntityResponse = later('ApiUnprocessableEntityResponse');

/** A class with the properties of another, all optional. It validates at once, and is described like the others. */
export function PartialType<T>(base: Type<T>): Type<Partial<T>> {
  const partial = partialType(base);
  descriptions.push((swagger) => copyDescription(swagger.PartialType(base).prototype as object, partial.prototype as object));
  return partial;
}

/** A class with the properties of another except some. It validates at once, and is described like the others. */
export function OmitType<T, K extends keyof T>(base: Type<T>, names: readonly K[]): Type<Omit<T, K>> {
  const rest = omitType(base, names);
  descriptions.push((swagger) => copyDescription(swagger.OmitType(base, names).prototype as object, rest.prototype as object));
  return rest;
}

function copyDescription(from: object, to: object): void {
  for (const key of Reflect.getMetadataKeys(from)) Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
  const properties = (Reflect.getMetadata('swagger/apiModelPropertiesArray', from) ?? []) as readonly string[];
  for (const property of properties.map((name) => name.slice(1))) {
    for (const key of Reflect.getMetadataKeys(from, property)) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, from, property), to, property);
    }
  }
}
