import { AppEvents } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';

/** Says in Grafana's notifications what is not visible elsewhere. */
export const notifyDone = (text: string): void => getAppEvents().publish({ type: AppEvents.alertSuccess.name, payload: [text] });

/** Says that something did not happen, where what asked for it is gone. */
export const notifyFailed = (text: string): void => getAppEvents().publish({ type: AppEvents.alertWarning.name, payload: [text] });
