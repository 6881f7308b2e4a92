import { StartupError, type Fault } from '../../shared/errors/startup-error.ts'
import { runProgram } from './run-program.ts'

/** @throws StartupError that names every program that is missing. */
export async function checkPrograms(programs = ['ffmpeg', 'ffprobe']): Promise<void> {
  const answers = await Promise.all(programs.map(async (program) => ({ program, got: await faultOf(program) })))
  const faults = answers.flatMap(({ program: subject, got }): Fault[] =>
    got === null ? [] : [{ subject, expected: 'a program that runs', got, fix: 'install the package ffmpeg' }],
  )
  if (faults.length > 0) throw new StartupError(faults)
}

const faultOf = (program: string) =>
  runProgram(program, ['-version']).then(
    ({ exitCode }) => (exitCode === 0 ? null : `exit code ${exitCode}`),
    (error: Error) => error.message,
  )
