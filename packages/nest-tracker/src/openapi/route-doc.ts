import { object, type Schema, text, whole } from './schema.js';

/** What is told of one route beside its path. */
export interface RouteDoc {
  /** One line. */
  readonly summary: string;
  readonly description?: string;
  /** Query parameters by name; all optional unless `required` names them. */
  readonly query?: Readonly<Record<string, Schema>>;
  readonly requiredQuery?: readonly string[];
  /** The JSON body. */
  readonly body?: Schema;
  /** Whether the request may have no body. Default false. */
  readonly bodyOptional?: boolean;
  /** Answers by status. Those that every management route has are added. */
  readonly answers: Readonly<Record<number, AnswerDoc>>;
}

/** One answer. */
export interface AnswerDoc {
  readonly description: string;
  readonly schema?: Schema;
  /** Media type. Default `application/json`. */
  readonly type?: string;
}

/** Docs by controller and method: `OffersController.list`. */
export type RouteDocs = Readonly<Record<string, RouteDoc>>;

/** RFC 9457. */
export const PROBLEM: Schema = object({
  type: text('urn:tallyback:reason:… where there is a reason'),
  title: text(),
  status: whole(),
  detail: text('what happened, and what to do'),
  'reason?': text('one of the closed list of reasons'),
  'field?': text('the field to blame'),
});

/** The refusal of a request as a problem document. */
export function problemAnswer(description: string): AnswerDoc {
  return { description, schema: PROBLEM, type: 'application/problem+json' };
}

export const ok = (schema: Schema, description = 'done'): AnswerDoc => ({ description, schema });

/** Parameters of every list. */
export const PAGE: Readonly<Record<string, Schema>> = {
  limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
  cursor: text('`next` of the page before'),
};

/** Parameters that bound a search in time. */
export const PERIOD: Readonly<Record<string, Schema>> = {
  from: { type: 'string', format: 'date-time', description: 'inclusive' },
  to: { type: 'string', format: 'date-time', description: 'exclusive' },
};
