import { ApiProperty } from '@nestjs/swagger';
import { type CheckedFinding, RECEIVER_CHECKS, type ReceiverCheck } from '#delivering';
import { toAttemptId } from '#kernel';

export class FindingResponse {
  @ApiProperty({ type: String, enum: [...RECEIVER_CHECKS] })
  check: ReceiverCheck;

  @ApiProperty({ type: Boolean, nullable: true, description: 'null: it could not be told.' })
  passed: boolean | null;

  @ApiProperty({ type: String, description: 'What was seen, and what to do about it.' })
  detail: string;

  @ApiProperty({ type: String, nullable: true, description: 'The request that it was seen by (`att_…`).' })
  attempt: string | null;
}

export class EndpointCheckResponse {
  @ApiProperty({ type: Boolean, description: 'Whether every finding passed.' })
  passed: boolean;

  @ApiProperty({ type: () => [FindingResponse] })
  findings: FindingResponse[];
}

export function toEndpointCheckResponse(findings: readonly CheckedFinding[]): EndpointCheckResponse {
  return {
    passed: findings.every(({ passed }) => passed === true),
    findings: findings.map(({ check, passed, detail, deliveryId }) => {
      return { check, passed, detail, attempt: deliveryId && toAttemptId(deliveryId, 1) };
    }),
  };
}
