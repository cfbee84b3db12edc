import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { IsString, validateSync } from 'class-validator';
import { ApiOperation, ApiProperty, loadSwagger, PartialType } from './describe.js';

class Body {
  @ApiProperty({ example: 'slow' })
  @IsString()
  name!: string;
}

class Patch extends PartialType(Body) {}

class Routes {
  @ApiOperation({ summary: 'Does it' })
  act(): void {}
}

describe('descriptions of the API', () => {
  const property = (of: object) => Reflect.getMetadata('swagger/apiModelProperties', of, 'name') as Record<string, unknown> | undefined;
  const summary = () => Reflect.getMetadata('swagger/apiOperation', Routes.prototype.act) as { readonly summary: string } | undefined;

  it('are deferred until swagger is loaded, with the same meaning', async () => {
    expect(property(Body.prototype)).toBeUndefined();
    await loadSwagger();
    expect(property(Body.prototype)).toMatchObject({ example: 'slow' });
    expect(summary()).toMatchObject({ summary: 'Does it' });
  });

  it('make the properties of a partial class optional, for validation too', async () => {
    await loadSwagger();
    expect(property(Patch.prototype)).toMatchObject({ example: 'slow', required: false });
    expect(validateSync(new Patch())).toEqual([]);
    expect(validateSync(Object.assign(new Patch(), { name: 7 }))).toHaveLength(1);
    expect(validateSync(new Body())).toHaveLength(1);
  });
});
