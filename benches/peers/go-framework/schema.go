package main

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	callerIDPattern = regexp.MustCompile(`^\+?[0-9 .()-]+$`)
	dialPattern     = regexp.MustCompile(`^[0-9+*#]*$`)
	ipv4Pattern     = regexp.MustCompile(`^((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])$`)
)

func (r *sipTrunkResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the trunk."},
		},
	}
}

func (r *sipTrunkResource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	ipv4 := stringvalidator.RegexMatches(ipv4Pattern, "must be an IPv4 address")
	dial := []validator.String{stringvalidator.RegexMatches(dialPattern, "must consist of digits, +, * and #")}
	atLeastOne := []validator.Int64{int64validator.AtLeast(1)}
	response.Schema = schema.Schema{
		MarkdownDescription: "A SIP trunk.",
		Attributes: map[string]schema.Attribute{
			"id":         kept("Identifier of the trunk."),
			"login":      kept("SIP user name, made by Wavix."),
			"created_at": kept("When the trunk was created."),
			"label": schema.StringAttribute{
				Required: true, Validators: notEmpty,
				MarkdownDescription: "Name of the trunk.",
			},
			"callerid": schema.StringAttribute{
				Optional: true, CustomType: callerIDType{},
				Validators:          []validator.String{stringvalidator.RegexMatches(callerIDPattern, "must be a phone number")},
				MarkdownDescription: "Caller ID of outbound calls. Required unless `multiple_numbers` is true.",
			},
			"multiple_numbers": onOff("Whether any number of the account may be the caller ID.", false),
			"password": schema.StringAttribute{
				Optional: true, Sensitive: true, Validators: notEmpty,
				MarkdownDescription: "SIP password, kept in the state.",
			},
			"password_wo": schema.StringAttribute{
				Optional: true, Sensitive: true, WriteOnly: true, Validators: notEmpty,
				MarkdownDescription: "SIP password that is not kept in the state.",
			},
			"password_wo_version": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "Change it to send `password_wo` again.",
			},
			"ip_restrict": derived("Whether devices may register only from `allowed_ips`."),
			"allowed_ips": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				Validators:          []validator.Set{setvalidator.ValueStringsAre(ipv4)},
				MarkdownDescription: "Addresses from which devices may register.",
			},
			"didinfo_enabled": onOff("Whether the `To` header holds the dialled number.", true),
			"call_restrict":   derived("Whether `call_limit` is enforced."),
			"call_limit": schema.Int64Attribute{
				Optional: true, Validators: atLeastOne,
				MarkdownDescription: "Longest call in seconds.",
			},
			"cost_limit": derived("Whether `max_call_cost` is enforced."),
			"max_call_cost": schema.NumberAttribute{
				Optional:            true,
				MarkdownDescription: "Highest cost of an outbound call in USD.",
			},
			"channels_restrict": derived("Whether `max_channels` is enforced."),
			"max_channels": schema.Int64Attribute{
				Optional: true, Validators: atLeastOne,
				MarkdownDescription: "Most concurrent outbound calls.",
			},
			"rewrite_enabled": derived("Whether dialled numbers are rewritten."),
			"rewrite_prefix": schema.StringAttribute{
				Optional: true, Validators: dial,
				MarkdownDescription: "Digits put in front of dialled numbers.",
			},
			"rewrite_cond": schema.StringAttribute{
				Optional: true, Validators: dial,
				MarkdownDescription: "Leading digits taken off dialled numbers.",
			},
			"call_recording_enabled":    onOff("Whether outbound calls are recorded.", false),
			"machine_detection_enabled": onOff("Whether voicemail is detected.", false),
			"transcription_enabled":     onOff("Whether calls are transcribed.", false),
			"transcription_threshold": schema.Int64Attribute{
				Optional: true, Computed: true, Default: int64default.StaticInt64(6),
				Validators:          []validator.Int64{int64validator.AtLeast(0)},
				MarkdownDescription: "Seconds a call must last to be transcribed.",
			},
			"encrypted_media": onOff("Whether media is encrypted (SRTP).", false),
			"host_request": schema.SingleNestedAttribute{
				Optional: true,
				Attributes: map[string]schema.Attribute{
					"host": schema.StringAttribute{
						Required: true, Validators: []validator.String{ipv4},
						MarkdownDescription: "Public static address of the SIP endpoint.",
					},
				},
				MarkdownDescription: "Asks for IP authentication.",
			},
			"host":        kept("`dynamic`, or the address that IP authentication accepts."),
			"auth_method": kept("How calls are authenticated."),
			"status":      kept("`active`, `pending` or `rejected`."),
			"passthrough": schema.BoolAttribute{
				Computed: true, PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Whether caller ID passthrough is enabled.",
			},
			"access_token": schema.StringAttribute{
				Computed: true, Sensitive: true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Static token of the trunk.",
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}

func kept(description string) schema.StringAttribute {
	return schema.StringAttribute{
		Computed:            true,
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		MarkdownDescription: description,
	}
}

func onOff(description string, value bool) schema.BoolAttribute {
	return schema.BoolAttribute{
		Optional: true, Computed: true, Default: booldefault.StaticBool(value),
		MarkdownDescription: description,
	}
}

// derived is a flag that ModifyPlan sets from its limit when it is left out.
func derived(description string) schema.BoolAttribute {
	return schema.BoolAttribute{Optional: true, Computed: true, MarkdownDescription: description}
}
