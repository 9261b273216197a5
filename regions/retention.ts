/**
 * How long a stored object may live: the process tags what it stores, the bucket's lifecycle deletes it. The storage
 * service applies the shortest rule that matches, so an object without a tag lives as long as the longest class.
 */
export const RETENTION_TAG = 'retention-days';

/** A week, a month, a quarter, a year, and seven years for those who must keep what was said. */
export const RETENTION_DAYS = [7, 30, 90, 365, 2555] as const;
export type RetentionDays = (typeof RETENTION_DAYS)[number];

/** An export is fetched by whoever asked for it, and then it is a second copy of personal data. */
export const EXPORT_RETENTION_DAYS: RetentionDays = 7;

/** Of analytics, which are fetched by a warehouse and identify nobody. */
export const ANALYTICS_RETENTION_DAYS: RetentionDays = 90;

/** Of the heads of the audit trail: as long as anything could be asked about it. */
export const ANCHOR_RETENTION_DAYS: RetentionDays = 2555;

/** Of recordings whose tenant says nothing else. */
export const RECORDING_RETENTION_DAYS: RetentionDays = 90;

/**
 * The job that deletes runs once a day: what is past its time waits for it a day, for the start the scheduler chooses
 * and for its end a few hours more. What is still there after that is kept too long.
 */
export const RETENTION_GRACE_HOURS = 30;
