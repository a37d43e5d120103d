import type {Description} from './prometheus-text.ts';

const key = ['provider', 'key', 'label'] as const;

/** Every metric there is; `docs/metrics.md` is made from it. */
export const metricList = {
	buildInfo: gauge('keydeck_build_info', ['version'], 'Always 1; the version that runs is in the label.'),
	startTime: gauge('keydeck_start_time_seconds', [], 'When the engine was started, Unix time.'),

	keyState: gauge('keydeck_key_state', [...key, 'state'], '1 for the state the key is in, 0 for every other state.'),
	keyUsable: gauge('keydeck_key_usable', key, '1 when the key may be used now, 0 when not; absent while unknown.'),
	keyProof: gauge(
		'keydeck_key_proof_timestamp_seconds',
		[...key, 'grade'],
		'When an answer last showed that the key is accepted (key), has credit (money), completes calls (call); absent = never.',
	),
	keyHeadroom: gauge(
		'keydeck_key_headroom_ratio',
		key,
		'Share left of the tightest window the vendor told of, 0 to 1; absent when it told none.',
	),
	keyLimit: gauge(
		'keydeck_key_limit',
		[...key, 'kind'],
		'Size of the tightest window of this kind, as the vendor told it or as configured.',
	),
	keyLimitRemaining: gauge(
		'keydeck_key_limit_remaining',
		[...key, 'kind'],
		'What is left of the tightest window of this kind; absent when the vendor does not tell.',
	),
	keyRestUntil: gauge(
		'keydeck_key_rest_until_timestamp_seconds',
		key,
		'When a resting key comes back by itself; absent when it serves or has no deadline.',
	),
	keyInFlight: gauge('keydeck_key_in_flight', key, 'Leases of the key this replica granted that are open now.'),
	keyBalance: gauge(
		'keydeck_key_balance',
		[...key, 'currency'],
		'Credit left as the vendor last stated it, in units of the currency; absent when it states none.',
	),

	requests: counter('keydeck_requests_total', [...key, 'verdict'], 'Calls that are over, by what their outcome meant.'),
	requestDuration: histogram(
		'keydeck_request_duration_seconds',
		['provider'],
		'How long calls took, where it was told.',
	),
	requestFirstByte: histogram(
		'keydeck_request_first_byte_seconds',
		['provider'],
		'Time to the first byte of calls, where it was told.',
	),
	refusals: counter('keydeck_refusals_total', ['model'], 'Calls for which there was no key.'),
	leasesGranted: counter('keydeck_leases_granted_total', ['model'], 'Calls that got a key, by the model asked for.'),
	leasesExpired: counter(
		'keydeck_leases_expired_total',
		['model'],
		'Leases nobody released in time, by the model asked for.',
	),
	leasesOpen: gauge('keydeck_leases_open', [], 'Leases this replica granted that are open now.'),

	probes: counter('keydeck_probes_total', ['provider', 'verdict'], 'Probes answered, by what the answer meant.'),
	probeDuration: histogram('keydeck_probe_duration_seconds', ['provider'], 'How long probes took.'),
	probeCost: gauge('keydeck_probe_cost_usd', [], 'What probes have cost since 00:00 UTC.'),
	probeBudget: gauge('keydeck_probe_budget_usd', [], 'What probes may cost per day.'),

	providerKeys: gauge('keydeck_provider_keys', ['provider'], 'Keys of the vendor.'),
	providerKeysUsable: gauge('keydeck_provider_keys_usable', ['provider'], 'Keys of the vendor that may be used now.'),
	providerCondition: gauge(
		'keydeck_provider_condition',
		['provider', 'condition'],
		"1 for the condition the vendor's pool is in, 0 for every other condition.",
	),
	modelKeys: gauge('keydeck_model_keys', ['model', 'provider'], 'Keys in the pool of the model.'),
	modelKeysUsable: gauge(
		'keydeck_model_keys_usable',
		['model', 'provider'],
		'Keys in the pool of the model that may be used for it now.',
	),
	modelLiveLink: gauge(
		'keydeck_model_live_link',
		['model', 'provider'],
		"Place in the model's chain of the link that would serve now: 0 = the model itself, -1 = none.",
	),

	alertsFiring: gauge('keydeck_alerts_firing', ['severity', 'type'], 'Alerts that fire now.'),
	alertsFired: counter('keydeck_alerts_fired_total', ['severity'], 'Alerts that began to fire.'),
	storeDegraded: gauge(
		'keydeck_store_degraded',
		['kind'],
		'1 while the store cannot keep what it is told, 0 when it is well.',
	),

	lagMedian: gauge('nodejs_eventloop_lag_p50_seconds', [], 'Median delay of the event loop in the last 15 seconds.'),
	lagMost: gauge('nodejs_eventloop_lag_p99_seconds', [], '99th percentile of the delay in the last 15 seconds.'),
	cpu: counter('process_cpu_seconds_total', [], 'User and system CPU time spent.'),
	residentMemory: gauge('process_resident_memory_bytes', [], 'Resident memory.'),
	heap: gauge('process_heap_bytes', [], 'JavaScript heap in use.'),
	openFiles: gauge('process_open_fds', [], 'Open file descriptors; absent where the system does not tell.'),
} as const satisfies Readonly<Record<string, Description>>;

function gauge(name: string, labels: readonly string[], help: string): Description {
	return {name, type: 'gauge', labels, help};
}

function counter(name: string, labels: readonly string[], help: string): Description {
	return {name, type: 'counter', labels, help};
}

function histogram(name: string, labels: readonly string[], help: string): Description {
	return {name, type: 'histogram', labels, help};
}
