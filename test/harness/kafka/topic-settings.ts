import type { Admin } from 'kafkajs';

/** Kafka's number for settings of topics, and for the source of those that a topic has of its own. */
const TOPIC = 2;
const OWN = 1;

/** Changes settings of a topic, and leaves its others. Returns a function that restores them. */
export async function alterTopic(admin: Admin, topic: string, changed: Readonly<Record<string, string>>): Promise<() => Promise<void>> {
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: TOPIC, name: topic }] });
  const own = resources.flatMap(({ configEntries }) => configEntries).filter(({ configSource }) => Number(configSource) === OWN);
  const before = Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue]));
  // Kafka replaces all settings of the topic.
  const set = async (settings: Readonly<Record<string, string>>): Promise<void> => {
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: TOPIC, name: topic, configEntries }] });
  };
  await set({ ...before, ...changed });
  return () => set(before);
}
