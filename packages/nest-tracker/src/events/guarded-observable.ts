import { Observable, type Observer, type Operator, Subscriber, type Subscription } from 'rxjs';

type Next<T> = (value: T) => void;

/**
 * An observable whose subscribers cannot do harm. RxJS rethrows what a subscriber throws on a timer of its own, where
 * nobody can catch it and the process ends; here it is reported instead. What `pipe()` makes of it is guarded as well;
 * what creation functions such as `merge()` make of it is not.
 */
export class GuardedObservable<T> extends Observable<T> {
  constructor(
    source: Observable<T>,
    private readonly report: (error: unknown) => void,
  ) {
    super((subscriber) => source.subscribe(subscriber));
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    return new GuardedObservable(super.lift(operator), this.report);
  }

  override subscribe(
    observerOrNext?: Partial<Observer<T>> | Next<T> | null,
    error?: Next<unknown> | null,
    complete?: (() => void) | null,
  ): Subscription {
    // Operators subscribe with a subscriber of RxJS's own; the guard is wanted where people's code begins.
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext);
    const observer: Partial<Observer<T>> =
      typeof observerOrNext === 'function'
        ? { next: observerOrNext, ...(error && { error }), ...(complete && { complete }) }
        : (observerOrNext ?? {});
    return super.subscribe({
      next: (value) => this.guard(() => observer.next?.(value)),
      error: (failure) => this.guard(() => (observer.error ? observer.error(failure) : this.report(failure))),
      complete: () => this.guard(() => observer.complete?.()),
    });
  }

  private guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.report(error);
    }
  }
}
