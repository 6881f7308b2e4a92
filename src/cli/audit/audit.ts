import { DAY_MS } from '../../shared/time/clock.ts'
import { Auditor, type AuditDeps } from './auditor.ts'
import { checkDeliveries } from './check-deliveries.ts'
import { checkEvents } from './check-events.ts'
import { checkFiles } from './check-files.ts'
import { checkJobs } from './check-jobs.ts'
import { checkOwners, takeStock } from './check-keys.ts'
import { checkMembers } from './check-members.ts'
import type { Findings } from './faults.ts'

/**
 * Proves that nothing is lost, doubled or left over: passes over every key and every file, and writes nothing. What moves
 * meanwhile is looked at twice, so that a service at work is no fault.
 */
export async function audit(deps: Omit<AuditDeps, 'now' | 'youngMs'> & Partial<AuditDeps>): Promise<Findings> {
  const auditor = new Auditor({ now: Date.now(), youngMs: DAY_MS, ...deps })
  await takeStock(auditor)
  await checkJobs(auditor)
  await checkOwners(auditor)
  await checkMembers(auditor)
  await checkDeliveries(auditor)
  await checkEvents(auditor)
  await checkFiles(auditor)
  const { looked, faults } = auditor
  return { looked, faults }
}
