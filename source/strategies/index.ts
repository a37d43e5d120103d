import {Headroom} from './headroom.ts';
import {HealthBased} from './health-based.ts';
import {LeastUsed} from './least-used.ts';
import {RoundRobin} from './round-robin.ts';
import {Sticky} from './sticky.ts';
import type {Strategy, StrategyName} from './strategy.ts';
import {Weighted} from './weighted.ts';

const strategies: Readonly<Record<StrategyName, new () => Strategy>> = {
	'round-robin': RoundRobin,
	'least-used': LeastUsed,
	weighted: Weighted,
	'health-based': HealthBased,
	headroom: Headroom,
	sticky: Sticky,
};

/** A strategy without candidates. Each pool of a model needs one of its own. */
export function createStrategy(name: StrategyName): Strategy {
	return new strategies[name]();
}
