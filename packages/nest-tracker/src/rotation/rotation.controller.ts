import { Controller, Get, Param, UseFilters } from '@nestjs/common';
import { Problems } from '../http/problems.filter.js';
import { Rotation, type RotationStory } from './rotation.service.js';

/** How campaigns share their visitors out. */
@Controller('v1/campaigns/:key/rotation')
@UseFilters(Problems)
export class RotationController {
  constructor(private readonly rotation: Rotation) {}

  /** Each offer's share of the visitors, and what it was learned from. */
  @Get()
  story(@Param('key') key: string): Promise<RotationStory> {
    return this.rotation.story(key);
  }
}
