/** What we tell Twilio to do with a call. Pure; the XML and its escaping are the `twilio` package's. */
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';

/** A sentence that Twilio's own voice says, in the agent's language (BCP 47). */
export interface Sentence {
  readonly text: string;
  readonly language: string;
}

/**
 * Connects the caller with us. Nothing may follow `<Connect>`: once it ends, `actionUrl` decides, and a verb after it
 * would run instead when that request fails.
 */
export function connectStream(options: { streamUrl: string; token: string; actionUrl: string }): string {
  const response = new VoiceResponse();
  response
    .connect({ action: options.actionUrl, method: 'POST' })
    .stream({ url: options.streamUrl })
    .parameter({ name: 'token', value: options.token });
  return response.toString();
}

export function sayAndHangUp(sentence: Sentence): string {
  const response = new VoiceResponse();
  // The package lists the languages it knew when it was released; Twilio takes any it knows, and English otherwise.
  response.say({ language: sentence.language as VoiceResponse.SayAttributes['language'] }, sentence.text);
  response.hangup();
  return response.toString();
}

export function hangUp(): string {
  const response = new VoiceResponse();
  response.hangup();
  return response.toString();
}

/** @param actionUrl is asked what to do once the other party has hung up, or was never reached. */
export function dial(number: string, actionUrl: string): string {
  const response = new VoiceResponse();
  response.dial({ action: actionUrl, method: 'POST' }).number(number);
  return response.toString();
}

/** Asks `url` again in a second: by then the load balancer sends it to a task that takes calls. */
export function tryAgain(url: string): string {
  const response = new VoiceResponse();
  response.pause({ length: 1 });
  response.redirect({ method: 'POST' }, url);
  return response.toString();
}
