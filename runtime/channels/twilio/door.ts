/** Twilio's way in: signed webhooks, and a signed upgrade whose first message carries the token. */
import type { FastifyInstance } from 'fastify';
import type { Door, DoorOptions } from '../door.ts';
import { MediaSockets } from './media-socket.ts';
import { addTwilioRoutes, MEDIA_PATH } from './routes.ts';
import { TwilioSignatures } from './signature.ts';

export interface TwilioOptions {
  readonly authToken: string;
  /** A call whose socket breaks is taken up again. */
  readonly continuation: boolean;
}

export function twilioDoor({ authToken, continuation }: TwilioOptions, options: DoorOptions): Door {
  const signatures = new TwilioSignatures(authToken, options.publicUrl);
  const mediaSockets = new MediaSockets(options);
  return {
    path: MEDIA_PATH,
    addRoutes: (app: FastifyInstance) => addTwilioRoutes(app, { signatures, continuation }, options),
    async admit(request) {
      const problem = signatures.upgradeProblem(request.headers['x-twilio-signature'], request.url ?? '');
      if (!problem) return (socket) => mediaSockets.attend(socket);
      options.logger.warn({ path: MEDIA_PATH, problem: `signature ${problem}` }, 'media socket refused');
      return undefined;
    },
  };
}
