/** @import { FinalStatus, JobStatus, Stage, WaitReason } from '../src/shared/jobs/states.ts' */
/** @import { JobErrorCode } from '../src/shared/errors/job-errors.ts' */

/** A job's state, in a word. @satisfies {Record<JobStatus, string>} */
export const STATUS_WORDS = {
  queued: 'In line',
  running: 'Working',
  waiting: 'Waiting',
  succeeded: 'Done',
  failed: 'Failed',
  canceled: 'Canceled',
  expired: 'Too late',
}

/** What a running job is at. @satisfies {Record<Stage, string>} */
export const STAGE_WORDS = {
  fetch: 'Getting the clip',
  upload: 'Handing the clip to the editor',
  edit: 'Editing',
  verify: 'Checking what changed',
  export: 'Starting the render',
  render: 'Rendering',
  download: 'Fetching the video',
}

/** Why a job waits. @satisfies {Record<WaitReason, string>} */
export const WAIT_WORDS = {
  credits: 'The editing account is out of credits',
  upstream_rate_limit: 'The editor asked to slow down',
  upstream_down: 'The editor does not answer',
  upstream_auth: 'The editor does not accept this server’s token',
  session: 'Another job of the same session goes first',
  scheduled: 'It starts at its time',
  batch_paused: 'Its batch is paused',
  tenant_limit: 'As many of your jobs run as may',
  retry: 'Something failed; it is tried again',
}

/** Why a job has no video, and what to do about it. @satisfies {Record<JobErrorCode, { title: string, todo: string }>} */
export const ERROR_WORDS = {
  input_unreachable: {
    title: 'The clip could not be fetched',
    todo: 'Check that its address opens without a login, then retry.',
  },
  input_unsupported: {
    title: 'This kind of file can’t be edited',
    todo: 'Convert it to mp4, mov, avi, webm, mkv, jpg, png, gif, webp, mp3, wav, m4a or aac.',
  },
  input_too_large: { title: 'The clip is too large', todo: 'Cut or compress it, and drop it again.' },
  upload_failed: { title: 'The editor did not take the clip', todo: 'Retry.' },
  edit_rejected: { title: 'The editor refused the edit', todo: 'Read what it said, and say it differently.' },
  edit_not_applied: { title: 'Nothing changed', todo: 'Say more exactly what should change.' },
  expectation_failed: {
    title: 'The edit is not what was expected',
    todo: 'Change the instruction, or what is expected of it.',
  },
  export_blocked: { title: 'The account’s plan does not export', todo: 'Upgrade it, then retry.' },
  render_failed: { title: 'The video could not be rendered', todo: 'Retry: the edit itself is kept.' },
  render_timeout: { title: 'The render took too long', todo: 'Retry: the edit itself is kept.' },
  download_failed: { title: 'The finished video could not be fetched', todo: 'Retry: the edit itself is kept.' },
  insufficient_credits: { title: 'The editing account is out of credits', todo: 'Top it up, then retry.' },
  budget_exceeded: { title: 'It would cost more than allowed', todo: 'Send it again with a higher max_credits.' },
  deadline_exceeded: { title: 'It was not done in time', todo: 'Retry, with more time.' },
  upstream_auth: {
    title: 'The editor does not accept this server’s token',
    todo: 'Whoever runs this server sets a valid NEMO_TOKEN; then retry.',
  },
  upstream_unavailable: { title: 'The editor did not answer', todo: 'Retry later.' },
  storage_failed: {
    title: 'Files could not be kept or read',
    todo: 'Whoever runs this server looks at its disk space and STORAGE_URL; then retry.',
  },
  internal: { title: 'Something broke in Clipyard', todo: 'Retry; if it stays, report the job’s id.' },
}

/** Why a clip was not taken, where the API speaks of bodies and types. @type {Partial<Record<string, string>>} */
export const CLIP_WORDS = {
  payload_too_large: 'This clip is too large',
  unsupported_media_type: 'This is no clip that can be edited',
}

/** Ends of a job, and whether it can be gone on with from here. @type {Record<FinalStatus, { retry: boolean }>} */
const ENDS = {
  succeeded: { retry: false },
  failed: { retry: true },
  canceled: { retry: true },
  expired: { retry: true },
}

/** @param {JobStatus} status @returns {status is FinalStatus} */
export const isFinal = (status) => Object.hasOwn(ENDS, status)

/** Whether the page offers to go on with a job that ended so. @param {JobStatus} status */
export const canRetry = (status) => isFinal(status) && ENDS[status].retry
