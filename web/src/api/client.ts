import createClient, { type Middleware } from 'openapi-fetch';
import { ApiError } from './problem';
import type { components, paths } from './schema.gen';

export type Schemas = components['schemas'];

/** Given with the session; a browser session must send it back with everything that changes something. */
let csrfToken: string | null = null;

export function rememberCsrfToken(token: string | null): void {
  csrfToken = token;
}

const guard: Middleware = {
  onRequest({ request }) {
    if (csrfToken !== null && request.method !== 'GET') request.headers.set('X-Sonde-CSRF', csrfToken);
    return request;
  },
};

/** The same paths as the server's OpenAPI document, typed by it. */
export const api = createClient<paths>({
  baseUrl: '',
  // Repeated parameters, as FastAPI reads them: model=a&model=b.
  querySerializer: { array: { style: 'form', explode: true } },
});
api.use(guard);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer, or an ApiError. */
export async function take<T>(pending: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await pending;
  if (!response.ok || error !== undefined) throw ApiError.fromResponse(response.status, error);
  // An answer without body (204) has nothing to give.
  return data as T;
}
