import { describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsArray, IsOptional, IsString, ValidateNested } from 'class-validator';
import { Problem } from './problem.js';
import { validationPipe } from './validation-pipe.js';

class Part {
  @IsString()
  name!: string;
}

class Whole {
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Part)
  parts?: Part[];

  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  tags?: string[];
}

const looked = async (value: unknown): Promise<unknown> => {
  const answer = validationPipe().transform(value, { type: 'body', metatype: Whole }) as Promise<unknown>;
  return answer.catch((error: unknown) => (error instanceof Problem ? error.errors : error));
};
const unknown = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));

describe('a body whose validation would block the process', () => {
  it('is refused for its number of members, before each is compared with all', async () => {
    expect(await looked(unknown(200_000))).toEqual([{ message: 'the request has 200000 members; at most 100 are taken' }]);
    expect(await looked({ parts: [{ name: 'a' }, { name: 'b', inner: { deeper: [unknown(101)] } }] })).toEqual([
      { path: 'parts[1].inner.deeper[0]', message: 'parts[1].inner.deeper[0] has 101 members; at most 100 are taken' },
    ]);
  });

  it('is refused for a list within a list', async () => {
    expect(await looked({ parts: [{ name: 'a', list: Array(1_001).fill(1) }] })).toEqual([
      { path: 'parts[0].list', message: 'parts[0].list has 1001 items; at most 1000 are taken' },
    ]);
  });

  it('is validated in slices if it has long lists, also two', async () => {
    const parts = Array.from({ length: 5_000 }, (_, i) => ({ name: `n${i}` }));
    const tags = Array.from({ length: 2_000 }, (_, i) => `t${i}`);
    expect(await looked({ parts, tags })).toEqual({ parts, tags });
    expect(await looked({ parts: [...parts, { nam: 'x' }], tags })).toEqual(
      expect.arrayContaining([expect.objectContaining({ path: 'parts[5000].nam', suggestion: 'name' })]),
    );
  });
});
