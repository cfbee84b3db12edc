import { PARENT_ID_TEXT, SPAN_ID_TEXT, TRACE_ID_TEXT } from '../wire/own-names.js';
import { KeyMatch } from './key-match.js';
import type { Projection } from './projection.js';

/** A projection prepared for the decoder: flags instead of set lookups, keys as byte matchers, and the additional reads. */
export class ProjectionPlan {
  readonly name: boolean;
  readonly status: boolean;
  readonly statusMessage: boolean;
  readonly scope: boolean;
  readonly service: boolean;
  /** Attribute columns to write: the projected ones, then those for the id texts. */
  readonly columns: number;
  readonly traceIdText: number;
  readonly spanIdText: number;
  readonly parentIdText: number;
  readonly spanKeys: KeyMatch;
  /** Resource attributes to read: the projected ones, then service.name. */
  readonly resourceColumns: number;
  readonly serviceName: number;
  readonly resourceKeys: KeyMatch;

  /** The keys of each list are unique. */
  constructor(projection: Projection) {
    const { fields } = projection;
    this.name = fields.has('name');
    this.status = fields.has('status');
    this.statusMessage = fields.has('status_message');
    this.scope = fields.has('scope');
    this.service = fields.has('service');
    const spanKeys = [...projection.attributes];
    this.traceIdText = placeOf(spanKeys, TRACE_ID_TEXT);
    this.spanIdText = placeOf(spanKeys, SPAN_ID_TEXT);
    this.parentIdText = placeOf(spanKeys, PARENT_ID_TEXT);
    this.columns = spanKeys.length;
    this.spanKeys = new KeyMatch(spanKeys);
    const resourceKeys = [...projection.resourceAttributes];
    // Its value is the column `service`.
    this.serviceName = placeOf(resourceKeys, 'service.name');
    this.resourceColumns = resourceKeys.length;
    this.resourceKeys = new KeyMatch(resourceKeys);
  }
}

/** The index of a key in the list; added when it is absent. */
function placeOf(keys: string[], key: string): number {
  const place = keys.indexOf(key);
  return place >= 0 ? place : keys.push(key) - 1;
}
