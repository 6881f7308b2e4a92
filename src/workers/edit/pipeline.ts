import type { Action } from '../../shared/upstream/route-instruction.ts'
import type { Stage } from '../../shared/jobs/states.ts'
import type { Step } from './step.ts'
import { awaitRender } from './steps/await-render.ts'
import { checkCredits } from './steps/check-credits.ts'
import { fetchInputs } from './steps/fetch-inputs.ts'
import { openSession } from './steps/open-session.ts'
import { sendInstruction } from './steps/send-instruction.ts'
import { startRender } from './steps/start-render.ts'
import { storeOutput } from './steps/store-output.ts'
import { uploadInputs } from './steps/upload-inputs.ts'
import { verifyEdit } from './steps/verify-edit.ts'

/** The whole job, top to bottom; an instruction that is no edit leaves out what it does not ask for. */
export const PIPELINES: Record<Action, readonly Step[]> = {
  edit: [
    fetchInputs,
    openSession,
    uploadInputs,
    checkCredits,
    sendInstruction,
    verifyEdit,
    startRender,
    awaitRender,
    storeOutput,
  ],
  export: [fetchInputs, openSession, uploadInputs, verifyEdit, startRender, awaitRender, storeOutput],
  upload: [fetchInputs, openSession, uploadInputs],
  status: [fetchInputs, openSession, uploadInputs, verifyEdit],
  credits: [checkCredits],
}

/** Which part of the whole each stage is, for `progress`. */
export const STAGE_PROGRESS: Record<Stage, { from: number; to: number }> = {
  fetch: { from: 0, to: 0.05 },
  upload: { from: 0.05, to: 0.15 },
  edit: { from: 0.15, to: 0.5 },
  verify: { from: 0.5, to: 0.52 },
  export: { from: 0.52, to: 0.55 },
  render: { from: 0.55, to: 0.95 },
  download: { from: 0.95, to: 1 },
}
