/**
 * The files that were dropped, those in folders too; hidden ones such as `.DS_Store` are left out.
 * @param {DataTransfer} transfer
 * @returns {Promise<File[]>}
 */
export async function droppedFiles({ items, files }) {
  // The list is emptied as soon as the event is over: entries are taken from it before anything is waited for.
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  const found = entries.length > 0 ? (await Promise.all(entries.map(filesIn))).flat() : [...files]
  return found.filter(({ name }) => !name.startsWith('.'))
}

/** @param {FileSystemEntry} entry @returns {Promise<File[]>} */
async function filesIn(entry) {
  if (isFile(entry)) return [await new Promise((resolve, reject) => entry.file(resolve, reject))]
  if (!isFolder(entry)) return []
  const reader = entry.createReader()
  /** @type {FileSystemEntry[]} */
  const entries = []
  for (let some = await read(reader); some.length > 0; some = await read(reader)) entries.push(...some)
  const files = await Promise.all(entries.map(filesIn))
  return files.flat().sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }))
}

/** A hundred entries at most; none once all were told. @param {FileSystemDirectoryReader} reader @returns {Promise<FileSystemEntry[]>} */
const read = (reader) => new Promise((resolve, reject) => reader.readEntries(resolve, reject))

/** @param {FileSystemEntry} entry @returns {entry is FileSystemFileEntry} */
const isFile = (entry) => entry.isFile
/** @param {FileSystemEntry} entry @returns {entry is FileSystemDirectoryEntry} */
const isFolder = (entry) => entry.isDirectory
