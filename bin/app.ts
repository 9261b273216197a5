/** The CDK app: one stack for each cell, `VoiceCell-REGION`. */
import { synthesizeCells } from '../lib/app.ts';

await synthesizeCells(async () => (await import('../regions/cells/index.ts')).cells);
