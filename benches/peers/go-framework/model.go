package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
)

const numberPrecision = 512

type hostRequestModel struct {
	Host types.String `tfsdk:"host"`
}

type identityModel struct {
	ID types.String `tfsdk:"id"`
}

type sipTrunkModel struct {
	ID                      types.String      `tfsdk:"id"`
	Login                   types.String      `tfsdk:"login"`
	CreatedAt               types.String      `tfsdk:"created_at"`
	Label                   types.String      `tfsdk:"label"`
	CallerID                callerID          `tfsdk:"callerid"`
	MultipleNumbers         types.Bool        `tfsdk:"multiple_numbers"`
	Password                types.String      `tfsdk:"password"`
	PasswordWO              types.String      `tfsdk:"password_wo"`
	PasswordWOVersion       types.Int64       `tfsdk:"password_wo_version"`
	IPRestrict              types.Bool        `tfsdk:"ip_restrict"`
	AllowedIPs              types.Set         `tfsdk:"allowed_ips"`
	DIDInfoEnabled          types.Bool        `tfsdk:"didinfo_enabled"`
	CallRestrict            types.Bool        `tfsdk:"call_restrict"`
	CallLimit               types.Int64       `tfsdk:"call_limit"`
	CostLimit               types.Bool        `tfsdk:"cost_limit"`
	MaxCallCost             types.Number      `tfsdk:"max_call_cost"`
	ChannelsRestrict        types.Bool        `tfsdk:"channels_restrict"`
	MaxChannels             types.Int64       `tfsdk:"max_channels"`
	RewriteEnabled          types.Bool        `tfsdk:"rewrite_enabled"`
	RewritePrefix           types.String      `tfsdk:"rewrite_prefix"`
	RewriteCond             types.String      `tfsdk:"rewrite_cond"`
	CallRecordingEnabled    types.Bool        `tfsdk:"call_recording_enabled"`
	MachineDetectionEnabled types.Bool        `tfsdk:"machine_detection_enabled"`
	TranscriptionEnabled    types.Bool        `tfsdk:"transcription_enabled"`
	TranscriptionThreshold  types.Int64       `tfsdk:"transcription_threshold"`
	EncryptedMedia          types.Bool        `tfsdk:"encrypted_media"`
	HostRequest             *hostRequestModel `tfsdk:"host_request"`
	Host                    types.String      `tfsdk:"host"`
	AuthMethod              types.String      `tfsdk:"auth_method"`
	Status                  types.String      `tfsdk:"status"`
	Passthrough             types.Bool        `tfsdk:"passthrough"`
	AccessToken             types.String      `tfsdk:"access_token"`
	Timeouts                timeouts.Value    `tfsdk:"timeouts"`
}

// body is the whole trunk with the given password.
func (m *sipTrunkModel) body(ctx context.Context, password string) (*trunkBody, diag.Diagnostics) {
	addresses := []string{}
	diagnostics := m.AllowedIPs.ElementsAs(ctx, &addresses, false)
	body := &trunkBody{
		Label:                   m.Label.ValueString(),
		Password:                password,
		CallerID:                digits(m.CallerID.ValueString()),
		MultipleNumbers:         m.MultipleNumbers.ValueBool(),
		IPRestrict:              m.IPRestrict.ValueBool(),
		AllowedIPs:              []allowedIP{},
		DIDInfoEnabled:          m.DIDInfoEnabled.ValueBool(),
		CallRestrict:            m.CallRestrict.ValueBool(),
		CallLimit:               m.CallLimit.ValueInt64Pointer(),
		CostLimit:               m.CostLimit.ValueBool(),
		ChannelsRestrict:        m.ChannelsRestrict.ValueBool(),
		MaxChannels:             m.MaxChannels.ValueInt64Pointer(),
		RewriteEnabled:          m.RewriteEnabled.ValueBool(),
		RewritePrefix:           m.RewritePrefix.ValueString(),
		RewriteCond:             m.RewriteCond.ValueString(),
		CallRecordingEnabled:    m.CallRecordingEnabled.ValueBool(),
		TranscriptionEnabled:    m.TranscriptionEnabled.ValueBool(),
		TranscriptionThreshold:  m.TranscriptionThreshold.ValueInt64(),
		MachineDetectionEnabled: m.MachineDetectionEnabled.ValueBool(),
		EncryptedMedia:          m.EncryptedMedia.ValueBool(),
	}
	for _, address := range addresses {
		body.AllowedIPs = append(body.AllowedIPs, allowedIP{IP: address})
	}
	if m.HostRequest != nil {
		body.HostRequest = &hostRequest{Host: m.HostRequest.Host.ValueString()}
	}
	if !m.MaxCallCost.IsNull() {
		cost := json.Number(m.MaxCallCost.ValueBigFloat().Text('f', -1))
		body.MaxCallCost = &cost
	}
	return body, diagnostics
}

// set takes over what the API answered. Limits that are switched off, and
// texts that are empty, are null.
func (m *sipTrunkModel) set(ctx context.Context, answer *trunk) diag.Diagnostics {
	var diagnostics diag.Diagnostics
	m.ID = types.StringValue(strconv.FormatInt(answer.ID, 10))
	m.Login = types.StringValue(answer.Name)
	m.CreatedAt = types.StringValue(answer.CreatedAt)
	m.Label = types.StringValue(answer.Label)
	if !answer.MultipleNumbers {
		m.CallerID = callerID{StringValue: textOrNull(answer.CallerID)}
	}
	m.MultipleNumbers = types.BoolValue(answer.MultipleNumbers)
	m.IPRestrict = types.BoolValue(answer.IPRestrict)
	addresses := make([]string, 0, len(answer.AllowedIPs))
	for _, address := range answer.AllowedIPs {
		addresses = append(addresses, address.IP)
	}
	if len(addresses) > 0 || !m.AllowedIPs.IsNull() {
		set, problems := types.SetValueFrom(ctx, types.StringType, addresses)
		diagnostics.Append(problems...)
		m.AllowedIPs = set
	}
	m.DIDInfoEnabled = types.BoolValue(answer.DIDInfoEnabled)
	m.CallRestrict = types.BoolValue(answer.CallRestrict)
	if answer.CallRestrict {
		m.CallLimit = types.Int64PointerValue(answer.CallLimit)
	}
	m.CostLimit = types.BoolValue(answer.CostLimit)
	if answer.CostLimit && answer.MaxCallCost != nil {
		cost, _, err := big.ParseFloat(*answer.MaxCallCost, 10, numberPrecision, big.ToNearestEven)
		if err != nil {
			diagnostics.AddError("Cannot read max_call_cost", fmt.Sprintf("Wavix answered %q.", *answer.MaxCallCost))
		} else {
			m.MaxCallCost = basetypes.NewNumberValue(cost)
		}
	}
	m.ChannelsRestrict = types.BoolValue(answer.ChannelsRestrict)
	if answer.ChannelsRestrict {
		m.MaxChannels = types.Int64PointerValue(answer.MaxChannels)
	}
	m.RewriteEnabled = types.BoolValue(answer.RewriteEnabled)
	if answer.RewriteEnabled {
		m.RewritePrefix = textOrNull(answer.RewritePrefix)
		m.RewriteCond = textOrNull(answer.RewriteCond)
	}
	m.CallRecordingEnabled = types.BoolValue(answer.CallRecordingEnabled)
	m.MachineDetectionEnabled = types.BoolValue(answer.MachineDetectionEnabled)
	m.TranscriptionEnabled = types.BoolValue(answer.TranscriptionEnabled)
	m.TranscriptionThreshold = types.Int64Value(answer.TranscriptionThreshold)
	m.EncryptedMedia = types.BoolValue(answer.EncryptedMedia)
	m.Host = types.StringValue(answer.Host)
	m.Passthrough = types.BoolValue(answer.Passthrough)
	m.AccessToken = types.StringPointerValue(answer.AccessToken)
	return diagnostics
}

func textOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}
