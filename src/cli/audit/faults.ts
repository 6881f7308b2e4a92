/** What an audit may find, each with what it means. */
export const FAULT_KINDS = {
  unknown_key: 'keys that nothing here spells',
  ownerless_key: 'keys whose owner is gone',
  endless_key: 'keys that should expire and never will',
  unreadable_record: 'records that can not be read',
  misplaced_job: 'jobs in a place that their status does not allow',
  missing_from_list: 'records that a list should have and has not',
  stale_member: 'members of lists that should not be there',
  missing_output: 'succeeded jobs without their video',
  wrong_final_event: 'jobs with no, another or more than one final event',
  missing_delivery: 'final events that were never sent on their way',
  ownerless_files: 'files whose job is gone',
} as const
export type FaultKind = keyof typeof FAULT_KINDS

export interface Fault {
  kind: FaultKind
  /** The key, id or member that is at fault. */
  subject: string
  detail: string
}

/** What an audit looked at, and what it found. */
export interface Findings {
  looked: Record<'keys' | 'jobs' | 'sessions' | 'events' | 'deliveries' | 'outputs' | 'owners of files', number>
  faults: Fault[]
}
