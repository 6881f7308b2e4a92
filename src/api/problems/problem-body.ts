import type { Problem } from '../../shared/errors/problems.ts'

/** A problem as clients read it: RFC 9457, with our members. */
export function problemBody(problem: Problem, about: { publicUrl: string; instance: string; requestId: string }) {
  const { status, title, retryable } = problem.spec
  return {
    type: `${about.publicUrl}/docs/errors#${problem.code}`,
    title,
    status,
    detail: problem.message,
    instance: about.instance,
    code: problem.code,
    request_id: about.requestId,
    retryable,
    errors: problem.errors,
  }
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'
