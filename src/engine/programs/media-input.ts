const DEMUXERS = ['mov', 'matroska', 'avi', 'gif', 'png_pipe', 'jpeg_pipe', 'webp_pipe', 'mp3', 'wav', 'aac']

/**
 * Options before `-i` for every ffmpeg and ffprobe that reads what a stranger sent: playlists and concat scripts could
 * otherwise name other files of this machine, or addresses on the network.
 */
export const GUARDED_INPUT = ['-protocol_whitelist', 'file', '-format_whitelist', DEMUXERS.join(',')] as const

/** The input's name as ffmpeg takes it; `file:` keeps a path from being read as a protocol or an option. */
export const inputPath = (path: string) => `file:${path}`
