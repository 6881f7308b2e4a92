import { expect, it } from 'vitest'
import { droppedFiles } from '../../web/dropped-files.js'

const aFile = (name: string) => new File(['x'], name)
const fileEntry = (name: string) => ({
  isFile: true,
  isDirectory: false,
  file: (found: (file: File) => void) => found(aFile(name)),
})

/** A folder as browsers tell of it: a few entries a call, then none. */
function folderEntry(...entries: object[]) {
  const createReader = () => {
    const left = [...entries]
    return { readEntries: (found: (some: object[]) => void) => found(left.splice(0, 2)) }
  }
  return { isFile: false, isDirectory: true, createReader }
}

const dropping = (entries: (object | null)[], files: File[] = []) =>
  ({ items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })), files }) as unknown as DataTransfer

const namesOf = async (transfer: DataTransfer) => (await droppedFiles(transfer)).map(({ name }) => name)

it('takes files in the order in which they were dropped', async () => {
  expect(await namesOf(dropping([fileEntry('b.mp4'), fileEntry('a.mp4')]))).toEqual(['b.mp4', 'a.mp4'])
})

it('takes every clip of a folder and of those in it, by number and name, and no hidden file', async () => {
  const inner = folderEntry(fileEntry('clip-2.mp4'), fileEntry('.DS_Store'), fileEntry('clip-11.mp4'))
  const folder = folderEntry(fileEntry('clip-10.mp4'), inner, fileEntry('clip-1.mp4'))

  expect(await namesOf(dropping([folder]))).toEqual(['clip-1.mp4', 'clip-2.mp4', 'clip-10.mp4', 'clip-11.mp4'])
})

it('takes the plain list where a browser tells of no entries', async () => {
  expect(await namesOf(dropping([null], [aFile('a.mp4')]))).toEqual(['a.mp4'])
})
