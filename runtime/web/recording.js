// @ts-check
/**
 * Whether the caller is being recorded, in his own view of it, and how each event of the call changes that.
 *
 * @typedef {'none' | 'asked' | 'declined' | 'on' | 'stopped' | 'withdrawn'} Recording
 */

/** @type {Record<Recording, string>} what it is called */
export const RECORDING_NAMES = {
  none: '',
  asked: 'May this call be recorded? Say yes or no, or press 1 or 2.',
  declined: 'Not recorded',
  on: 'Recording',
  stopped: 'No longer recorded',
  withdrawn: 'Recording stopped, nothing of it is kept',
};

/**
 * @param {Recording} recording
 * @param {Record<string, unknown>} event a `CallEvent`, unchecked
 * @returns {Recording}
 */
export function advanceRecording(recording, event) {
  switch (event.type) {
    case 'consent-asked':
      return 'asked';
    case 'consent-answered':
      // After a yes the recorder says when it begins.
      return event.answer === 'yes' ? 'none' : 'declined';
    case 'recording-started':
      return 'on';
    case 'consent-withdrawn':
      return 'withdrawn';
    case 'recording-finished':
      return recording === 'on' ? 'stopped' : recording;
    case 'call-ended':
      return recording === 'asked' ? 'none' : recording;
    default:
      return recording;
  }
}
