/** The size that a JSON body may have, and that all text fields of a form may have together. */
export const BODY_LIMIT_BYTES = 1_048_576
