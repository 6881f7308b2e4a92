import { monotonicFactory } from 'ulid'
import { z } from 'zod'

const ulid = monotonicFactory()

/** An id's pattern: its prefix and a ULID. */
export const idPattern = (prefix: string) => new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`)

export const JobId = z.string().regex(idPattern('job')).brand<'JobId'>()
export type JobId = z.infer<typeof JobId>

export const SessionId = z.string().regex(idPattern('ses')).brand<'SessionId'>()
export type SessionId = z.infer<typeof SessionId>

export const TenantId = z.string().regex(idPattern('ten')).brand<'TenantId'>()
export type TenantId = z.infer<typeof TenantId>

export const EventId = z.string().regex(idPattern('evt')).brand<'EventId'>()
export type EventId = z.infer<typeof EventId>

export const DeliveryId = z.string().regex(idPattern('dlv')).brand<'DeliveryId'>()
export type DeliveryId = z.infer<typeof DeliveryId>

export const newJobId = () => JobId.parse(`job_${ulid()}`)
export const newSessionId = () => SessionId.parse(`ses_${ulid()}`)
export const newEventId = () => EventId.parse(`evt_${ulid()}`)
export const newRequestId = () => `req_${ulid()}`

/** The first tenant: there from the first start on, the owner of `API_KEY`. */
export const FIRST_TENANT = TenantId.parse('ten_00000000000000000000000001')
