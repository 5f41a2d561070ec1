import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A value that every process on one database must share, made once. */
@Entity('tallyback_settings')
export class Setting {
  @PrimaryColumn({ name: 'name', type: 'varchar', length: 64 }) name: string;
  @Column({ name: 'value', type: 'text' }) value: string;
}
