import { VOCABULARY } from '../../libs/dsl/src/vocabulary/vocabulary.js';

/** The grammar of expressions, for docs/dsl.md. */
export const ADDED_SYNTAX = `\`\`\`
rule        = expression | "return" expression | script
expression  = operand { operator operand }
operand     = { "not" | "!" | "-" | "#" | "~" } ( value | literal )
value       = ( name | "(" expression ")" ) { "." name | "[" expression "]" | ":" name arguments | arguments }
arguments   = "(" [ argument { "," argument } ] ")" | string
argument    = expression | name "where" expression
literal     = "nil" | "true" | "false" | number | duration | string
number      = Lua's: 42, 2.5, 1e9, 0xff
duration    = number unit { number unit }
unit        = ${VOCABULARY.durationUnits.map(({ unit }) => `"${unit}"`).join(' | ')}
string      = "text" | 'text' | [[text]], with Lua's escapes
operator    = see below
\`\`\`
`;
