import { type DynamicModule, Module } from '@nestjs/common';
import { TrackerModule } from '@tallyback/nest-tracker';
import type { Environment } from './environment.js';

/** A Nest application around the tracker. A host with modules of its own adds one line to them. */
@Module({})
class AppModule {}

/** The application's root module for an environment. */
export function configureApp({
  database,
  adminToken,
  publicUrl,
  seed,
  allowPrivateAddresses,
  partnerRetrySchedule: retrySchedule,
  partnerTimeoutMs: attemptTimeoutMs,
}: Environment): DynamicModule {
  const partnerPostbacks = {
    allowPrivateAddresses,
    ...(retrySchedule && { retrySchedule }),
    ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }),
  };
  const options = { database, adminToken, seed, partnerPostbacks, ...(publicUrl !== undefined && { publicUrl }) };
  return { module: AppModule, imports: [TrackerModule.forRoot(options)] };
}
