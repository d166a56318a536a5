/**
 * Role: the command `node scripts/schema.ts`. Writes keeper.schema.json, by which editors complete
 * and check keeper.yaml, from the schema that the reader uses. A test tells when it is out of date.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'oxfmt';
import { editorSchema } from '../src/config/schema.ts';

const file = join(import.meta.dirname, '..', 'keeper.schema.json');
const { code, errors } = await format(file, JSON.stringify(editorSchema()), { printWidth: 100 });
if (errors.length > 0) throw new Error(errors[0]?.message ?? 'oxfmt refused the schema');
writeFileSync(file, code);
