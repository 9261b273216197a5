import type { Command } from 'commander';
import { outputOf } from '../command-line.ts';

export default function register(program: Command): void {
  program
    .command('openapi')
    .summary('the OpenAPI document of the administration over HTTP')
    .description('The same as a cell answers to GET /v1/openapi.json: OpenAPI 3.1, made of what the cell checks.')
    .addHelpText('after', '\nExample:\n  voicecell openapi > voicecell.openapi.json')
    .action(async (_options: object, command: Command) => {
      const { openApiDocument } = await import('../../runtime/admin/http/openapi.ts');
      const { adminEndpoints } = await import('../../runtime/admin/http/resources/index.ts');
      outputOf(command).write(JSON.stringify(openApiDocument(adminEndpoints()), null, 2));
    });
}
