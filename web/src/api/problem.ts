/** What the server says when it cannot answer: RFC 9457 problem documents. */

interface Problem {
  title?: unknown;
  detail?: unknown;
  code?: unknown;
  hint?: unknown;
  errors?: unknown;
  position?: unknown;
  length?: unknown;
  suggestions?: unknown;
}

/** Where in a text something is wrong, in characters, and what could stand there instead, best first. */
export interface TextProblem {
  position: number;
  length: number;
  suggestions: readonly string[];
}

export interface FieldProblem {
  location: string;
  message: string;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return typeof value === 'object' && value !== null && 'location' in value && 'message' in value;
}

function textProblem({ position, length, suggestions }: Problem): TextProblem | null {
  if (typeof position !== 'number') return null;
  const given: unknown[] = Array.isArray(suggestions) ? suggestions : [];
  return {
    position,
    length: typeof length === 'number' ? length : 0,
    suggestions: given.filter((item) => typeof item === 'string'),
  };
}

export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    message: string,
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly code = '',
    readonly hint: string | null = null,
    readonly errors: readonly FieldProblem[] = [],
    readonly place: TextProblem | null = null,
  ) {
    super(message);
  }

  static fromResponse(status: number, body: unknown): ApiError {
    const problem: Problem = typeof body === 'object' && body !== null ? body : {};
    const message = text(problem.detail) ?? text(problem.title) ?? `The server answered with status ${status}.`;
    const errors = Array.isArray(problem.errors) ? problem.errors.filter(isFieldProblem) : [];
    return new ApiError(message, status, text(problem.code) ?? '', text(problem.hint), errors, textProblem(problem));
  }

  static from(error: unknown): ApiError {
    if (error instanceof ApiError) return error;
    if (error instanceof TypeError) {
      return new ApiError('The server cannot be reached.', 0, 'unreachable', 'Is Sonde still running?');
    }
    return new ApiError(error instanceof Error ? error.message : String(error), 0);
  }
}
