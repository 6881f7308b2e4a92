import type { JobId, TenantId } from '../../shared/jobs/ids.ts'
import { jobLists } from '../../shared/jobs/job-lists.ts'
import type { Auditor } from './auditor.ts'
import type { KeyName } from './key-rules.ts'
import { forEachOf, membersOf } from './walk.ts'

const LISTS_OF_JOBS = [
  'tenantJobs',
  'tenantJobsByStatus',
  'sessionJobs',
  'externalJobs',
  'ready',
  'wake',
  'leases',
  'sessionLine',
  'deadlines',
  'expiring',
] as const satisfies KeyName[]

/** What lists have is there, and belongs to them; a tenant whose jobs are ready is served. */
export async function checkMembers(audit: Auditor): Promise<void> {
  for (const name of LISTS_OF_JOBS) {
    for (const { key } of audit.keysNamed(name)) {
      for await (const portion of membersOf(audit.deps.redis, key)) {
        await forEachOf(portion, ({ member }) => checkMember(audit, key, member))
      }
    }
  }
  await forEachOf(audit.keysNamed('ready'), ({ key, parts: [tenant = ''] }) =>
    checkServed(audit, key, tenant as TenantId),
  )
}

async function checkMember(audit: Auditor, key: string, member: string): Promise<void> {
  const { redis, keys } = audit.deps
  const job = audit.jobs.get(member as JobId)
  if (job && Object.values(jobLists(keys, job)).includes(key)) return
  if (job) return audit.fault('stale_member', key, `${member} belongs to another`)
  if (await audit.isJob(member)) return
  if ((await redis.zscore(key, member)) !== null) audit.fault('stale_member', key, `${member} is gone`)
}

async function checkServed(audit: Auditor, key: string, tenant: TenantId): Promise<void> {
  const { redis, keys } = audit.deps
  const reply = await redis.multi().exists(key).zscore(keys.readyTenants(), tenant).exec()
  const [hasJobs, turn] = reply?.map(([, value]) => value) ?? []
  if (hasJobs === 1 && turn === null)
    audit.fault('missing_from_list', key, `jobs are ready, and ${tenant} gets no turn`)
}
