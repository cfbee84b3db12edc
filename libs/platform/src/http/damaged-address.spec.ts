import { expect, it } from '@jest/globals';
import { pageOfDamaged } from './damaged-address.js';

it.each([
  ['GET', '/ui/rules/%', '/ui'],
  ['HEAD', '/ui/rules/%E0%A4%A', '/ui'],
  ['GET', '/ui/violations?q=%ff', '/ui'],
  ['GET', '/ui?%', '/ui'],
  ['GET', '/ui/rules/a%20b?q=%25', '/ui/rules/a%20b?q=%25'],
  ['GET', '/uistuff/%', '/uistuff/%'],
  ['GET', '/v1/rules/%', '/v1/rules/%'],
  ['POST', '/ui/%', '/ui/%'],
])('a damaged address below a page is the page: %s %s is %s', (method, url, wanted) =>
  expect(pageOfDamaged(method, url, ['/ui'])).toBe(wanted),
);
