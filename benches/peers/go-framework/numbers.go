package main

import (
	"context"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"sort"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/listplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/numberplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const (
	transportURI   = 1
	transportPSTN  = 4
	transportTrunk = 5
)

type destination struct {
	ID          int64  `json:"id,omitempty"`
	Destination string `json:"destination"`
	Priority    int64  `json:"priority"`
	Transport   int64  `json:"transport"`
	TrunkID     *int64 `json:"trunk_id"`
}

type phoneNumber struct {
	ID                     int64         `json:"id"`
	Number                 string        `json:"number"`
	ActivationFee          string        `json:"activation_fee"`
	MonthlyFee             string        `json:"monthly_fee"`
	PerMinute              string        `json:"per_min"`
	City                   string        `json:"city"`
	State                  *string       `json:"state"`
	Country                string        `json:"country_short_name"`
	Destinations           []destination `json:"destination"`
	Channels               int64         `json:"channels"`
	RequireDocs            []string      `json:"require_docs"`
	Status                 string        `json:"status"`
	Added                  string        `json:"added"`
	SMSEnabled             bool          `json:"sms_enabled"`
	SMSRelayURL            *string       `json:"sms_relay_url"`
	CallStatusURL          *string       `json:"call_status_url"`
	CallRecordingEnabled   bool          `json:"call_recording_enabled"`
	TranscriptionEnabled   bool          `json:"transcription_enabled"`
	TranscriptionThreshold int64         `json:"transcription_threshold"`
}

type numberModel struct {
	ID                     types.String `tfsdk:"id"`
	Number                 callerID     `tfsdk:"number"`
	Destinations           types.List   `tfsdk:"destinations"`
	SMSEnabled             types.Bool   `tfsdk:"sms_enabled"`
	SMSRelayURL            types.String `tfsdk:"sms_relay_url"`
	CallStatusURL          types.String `tfsdk:"call_status_url"`
	CallRecordingEnabled   types.Bool   `tfsdk:"call_recording_enabled"`
	TranscriptionEnabled   types.Bool   `tfsdk:"transcription_enabled"`
	TranscriptionThreshold types.Int64  `tfsdk:"transcription_threshold"`
	OnDestroy              types.String `tfsdk:"on_destroy"`
	Status                 types.String `tfsdk:"status"`
	Country                types.String `tfsdk:"country"`
	City                   types.String `tfsdk:"city"`
	State                  types.String `tfsdk:"state"`
	Channels               types.Int64  `tfsdk:"channels"`
	RequireDocs            types.List   `tfsdk:"require_docs"`
	ActivationFee          types.Number `tfsdk:"activation_fee"`
	MonthlyFee             types.Number `tfsdk:"monthly_fee"`
	PricePerMinute         types.Number `tfsdk:"price_per_minute"`
	AddedAt                types.String `tfsdk:"added_at"`
}

type destinationModel struct {
	SIPTrunkID    types.String `tfsdk:"sip_trunk_id"`
	SIPURI        types.String `tfsdk:"sip_uri"`
	PhoneNumber   callerID     `tfsdk:"phone_number"`
	SIPTrunkLogin types.String `tfsdk:"sip_trunk_login"`
	Priority      types.Int64  `tfsdk:"priority"`
}

var destinationTypes = map[string]attr.Type{
	"sip_trunk_id":    types.StringType,
	"sip_uri":         types.StringType,
	"phone_number":    callerIDType{},
	"sip_trunk_login": types.StringType,
	"priority":        types.Int64Type,
}

func newPhoneNumberResource() resource.Resource { return &numberResource{} }

// numberResource adopts the numbers that the account owns.
type numberResource struct {
	client *client
}

var (
	_ resource.ResourceWithConfigure   = &numberResource{}
	_ resource.ResourceWithImportState = &numberResource{}
)

func (r *numberResource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_phone_number"
}

func (r *numberResource) Configure(_ context.Context, request resource.ConfigureRequest, response *resource.ConfigureResponse) {
	if configured, ok := request.ProviderData.(*client); ok {
		r.client = configured
	}
}

func (r *numberResource) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		attribute := kept(description)
		attribute.Optional = true
		return attribute
	}
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{
			Optional: true, Computed: true, MarkdownDescription: description,
			PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
		}
	}
	fee := func(description string) schema.NumberAttribute {
		return schema.NumberAttribute{
			Computed: true, MarkdownDescription: description,
			PlanModifiers: []planmodifier.Number{numberplanmodifier.UseStateForUnknown()},
		}
	}
	whole := func(optional bool, description string) schema.Int64Attribute {
		return schema.Int64Attribute{
			Optional: optional, Computed: true, MarkdownDescription: description,
			PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
		}
	}
	phone := []validator.String{stringvalidator.RegexMatches(callerIDPattern, "must be a phone number")}
	response.Schema = schema.Schema{
		MarkdownDescription: "A phone number of the account.",
		Attributes: map[string]schema.Attribute{
			"id": kept("Identifier of the number."),
			"number": schema.StringAttribute{
				Required: true, CustomType: callerIDType{}, Validators: phone,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "The number.",
			},
			"destinations": schema.ListNestedAttribute{
				Optional: true, Computed: true,
				PlanModifiers: []planmodifier.List{listplanmodifier.UseStateForUnknown()},
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"sip_trunk_id": schema.StringAttribute{Optional: true, MarkdownDescription: "Id of a trunk."},
					"sip_uri":      schema.StringAttribute{Optional: true, MarkdownDescription: "A SIP URI."},
					"phone_number": schema.StringAttribute{
						Optional: true, CustomType: callerIDType{}, Validators: phone, MarkdownDescription: "A number.",
					},
					"sip_trunk_login": text("Login of the trunk."),
					"priority":        whole(true, "The lowest is tried first."),
				}},
				MarkdownDescription: "Where calls ring.",
			},
			"sms_enabled":             flag("Whether it receives SMS."),
			"sms_relay_url":           text("URL for SMS."),
			"call_status_url":         text("URL for calls."),
			"call_recording_enabled":  flag("Whether calls are recorded."),
			"transcription_enabled":   flag("Whether calls are transcribed."),
			"transcription_threshold": whole(true, "Seconds a call must last to be transcribed."),
			"on_destroy": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString("keep"),
				Validators:          []validator.String{stringvalidator.OneOf("keep", "unroute", "release")},
				MarkdownDescription: "What a destroy does.",
			},
			"status":   kept("`active` or `inactive`."),
			"country":  kept("Two letters."),
			"city":     kept("City."),
			"state":    kept("State."),
			"channels": whole(false, "Calls at once."),
			"require_docs": schema.ListAttribute{
				Computed: true, ElementType: types.StringType, MarkdownDescription: "Documents that are wanted.",
				PlanModifiers: []planmodifier.List{listplanmodifier.UseStateForUnknown()},
			},
			"activation_fee":   fee("Paid once, in USD."),
			"monthly_fee":      fee("Paid monthly, in USD."),
			"price_per_minute": fee("Paid per minute, in USD."),
			"added_at":         kept("When the account got it."),
		},
	}
}

func (r *numberResource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan numberModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if response.Diagnostics.HasError() {
		return
	}
	wanted := digits(plan.Number.ValueString())
	var page struct {
		Items []phoneNumber `json:"items"`
	}
	if err := r.client.call(ctx, http.MethodGet, "/v1/numbers", nil, &page, "search", wanted); err != nil {
		response.Diagnostics.AddError("Cannot find phone number", err.Error())
		return
	}
	for _, found := range page.Items {
		if found.Number == wanted {
			r.write(ctx, strconv.FormatInt(found.ID, 10), &plan, &response.Diagnostics)
			response.Diagnostics.Append(response.State.Set(ctx, &plan)...)
			return
		}
	}
	response.Diagnostics.AddAttributeError(path.Root("number"), "Cannot find phone number",
		fmt.Sprintf("The account does not own %s.", wanted))
}

func (r *numberResource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state numberModel
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if response.Diagnostics.HasError() {
		return
	}
	answer, err := r.client.numbers.read(ctx, r.client, state.ID.ValueString())
	if isNotFound(err) {
		response.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		response.Diagnostics.AddError("Cannot read phone number", err.Error())
		return
	}
	response.Diagnostics.Append(state.set(ctx, answer)...)
	response.Diagnostics.Append(response.State.Set(ctx, &state)...)
}

func (r *numberResource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan numberModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if response.Diagnostics.HasError() {
		return
	}
	r.write(ctx, plan.ID.ValueString(), &plan, &response.Diagnostics)
	response.Diagnostics.Append(response.State.Set(ctx, &plan)...)
}

// Delete leaves the number in the account.
func (r *numberResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

func (r *numberResource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	resource.ImportStatePassthroughID(ctx, path.Root("id"), request, response)
}

// write sends what is configured and takes over the answer.
func (r *numberResource) write(ctx context.Context, id string, plan *numberModel, diagnostics *diag.Diagnostics) {
	body := map[string]any{}
	if !plan.Destinations.IsUnknown() && !plan.Destinations.IsNull() {
		var models []destinationModel
		diagnostics.Append(plan.Destinations.ElementsAs(ctx, &models, false)...)
		destinations := make([]destination, len(models))
		for index, model := range models {
			destinations[index] = model.request(int64(index) + 1)
		}
		body["destinations"] = destinations
	}
	for name, value := range map[string]types.Bool{
		"sms_enabled": plan.SMSEnabled, "call_recording_enabled": plan.CallRecordingEnabled,
		"transcription_enabled": plan.TranscriptionEnabled,
	} {
		if !value.IsUnknown() && !value.IsNull() {
			body[name] = value.ValueBool()
		}
	}
	for name, value := range map[string]types.String{"sms_relay_url": plan.SMSRelayURL, "call_status_url": plan.CallStatusURL} {
		if !value.IsUnknown() && !value.IsNull() {
			body[name] = value.ValueString()
		}
	}
	if !plan.TranscriptionThreshold.IsUnknown() && !plan.TranscriptionThreshold.IsNull() {
		body["transcription_threshold"] = plan.TranscriptionThreshold.ValueInt64()
	}
	var answer phoneNumber
	if err := r.client.call(ctx, http.MethodPatch, "/v1/numbers/"+url.PathEscape(id), body, &answer); err != nil {
		diagnostics.AddError("Cannot update phone number", err.Error())
		return
	}
	diagnostics.Append(plan.set(ctx, &answer)...)
}

func (m *destinationModel) request(position int64) destination {
	sent := destination{Priority: position}
	if !m.Priority.IsNull() && !m.Priority.IsUnknown() {
		sent.Priority = m.Priority.ValueInt64()
	}
	switch {
	case !m.SIPURI.IsNull():
		sent.Transport, sent.Destination = transportURI, m.SIPURI.ValueString()
	case !m.PhoneNumber.IsNull():
		sent.Transport, sent.Destination = transportPSTN, digits(m.PhoneNumber.ValueString())
	default:
		sent.Transport, sent.Destination = transportTrunk, m.SIPTrunkLogin.ValueString()
		if id, err := strconv.ParseInt(m.SIPTrunkID.ValueString(), 10, 64); err == nil {
			sent.TrunkID = &id
		}
	}
	return sent
}

// set takes over an answer.
func (m *numberModel) set(ctx context.Context, answer *phoneNumber) diag.Diagnostics {
	sort.SliceStable(answer.Destinations, func(one, other int) bool {
		return answer.Destinations[one].Priority < answer.Destinations[other].Priority
	})
	models := make([]destinationModel, len(answer.Destinations))
	for index, found := range answer.Destinations {
		model := destinationModel{Priority: types.Int64Value(found.Priority)}
		switch found.Transport {
		case transportPSTN:
			model.PhoneNumber = callerID{StringValue: types.StringValue("+" + found.Destination)}
		case transportTrunk:
			model.SIPTrunkLogin = types.StringValue(found.Destination)
			if found.TrunkID != nil {
				model.SIPTrunkID = types.StringValue(strconv.FormatInt(*found.TrunkID, 10))
			}
		default:
			model.SIPURI = types.StringValue(found.Destination)
		}
		models[index] = model
	}
	destinations, diagnostics := types.ListValueFrom(ctx, types.ObjectType{AttrTypes: destinationTypes}, models)
	documents, problems := types.ListValueFrom(ctx, types.StringType, answer.RequireDocs)
	diagnostics.Append(problems...)
	m.ID = types.StringValue(strconv.FormatInt(answer.ID, 10))
	m.Number = callerID{StringValue: types.StringValue("+" + answer.Number)}
	m.Destinations = destinations
	m.SMSEnabled = types.BoolValue(answer.SMSEnabled)
	m.SMSRelayURL = types.StringPointerValue(answer.SMSRelayURL)
	m.CallStatusURL = types.StringPointerValue(answer.CallStatusURL)
	m.CallRecordingEnabled = types.BoolValue(answer.CallRecordingEnabled)
	m.TranscriptionEnabled = types.BoolValue(answer.TranscriptionEnabled)
	m.TranscriptionThreshold = types.Int64Value(answer.TranscriptionThreshold)
	if m.OnDestroy.IsNull() {
		m.OnDestroy = types.StringValue("keep")
	}
	m.Status = types.StringValue(answer.Status)
	m.Country = types.StringValue(answer.Country)
	m.City = types.StringValue(answer.City)
	m.State = types.StringPointerValue(answer.State)
	m.Channels = types.Int64Value(answer.Channels)
	m.RequireDocs = documents
	m.ActivationFee = amount(answer.ActivationFee)
	m.MonthlyFee = amount(answer.MonthlyFee)
	m.PricePerMinute = amount(answer.PerMinute)
	m.AddedAt = types.StringValue(answer.Added)
	return diagnostics
}

func amount(text string) types.Number {
	value, _, err := big.ParseFloat(text, 10, numberPrecision, big.ToNearestEven)
	if err != nil {
		return types.NumberNull()
	}
	return types.NumberValue(value)
}
