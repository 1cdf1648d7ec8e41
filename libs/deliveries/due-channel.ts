/** Announced when rows were made due without a job: a pump that sleeps may go and fetch them at once. */
export const DUE_CHANNEL = 'posthorn_due';
