const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Asked before a text goes where the database expects a `uuid`, which would answer anything else with an error. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
