/** Where the tracker keeps its rows when it opens the database itself. */
export type TrackerDatabase =
  | {
      readonly type: 'sqlite';
      /** Path of the database file; its folder is created when it is missing. */
      readonly path: string;
    }
  | {
      readonly type: 'postgres';
      /** `postgres://user:password@host:port/database`; when it is undefined (an unset variable) the boot stops and says so. */
      readonly url: string | undefined;
      /** Connections in the pool. Default 10. */
      readonly poolSize?: number | undefined;
    };
