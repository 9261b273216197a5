/** The part of the log that providers use; pino fits. Fields hold ids, counts and codes, never what was said. */
export interface ProviderLogger {
  warn(fields: object, message: string): void;
}
