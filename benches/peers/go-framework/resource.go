package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const operationTimeout = 5 * time.Minute

type sipTrunkResource struct {
	client *client
}

var (
	_ resource.ResourceWithConfigure        = &sipTrunkResource{}
	_ resource.ResourceWithConfigValidators = &sipTrunkResource{}
	_ resource.ResourceWithIdentity         = &sipTrunkResource{}
	_ resource.ResourceWithImportState      = &sipTrunkResource{}
	_ resource.ResourceWithModifyPlan       = &sipTrunkResource{}
)

func newSIPTrunkResource() resource.Resource { return &sipTrunkResource{} }

func (r *sipTrunkResource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_sip_trunk"
}

func (r *sipTrunkResource) Configure(_ context.Context, request resource.ConfigureRequest, response *resource.ConfigureResponse) {
	if request.ProviderData == nil {
		return
	}
	configured, ok := request.ProviderData.(*client)
	if !ok {
		response.Diagnostics.AddError("Unexpected provider data", fmt.Sprintf("Expected *client, got %T.", request.ProviderData))
		return
	}
	r.client = configured
}

func (r *sipTrunkResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{
		resourcevalidator.Conflicting(path.MatchRoot("password"), path.MatchRoot("password_wo")),
		resourcevalidator.AtLeastOneOf(path.MatchRoot("callerid"), path.MatchRoot("multiple_numbers")),
	}
}

// ModifyPlan derives each flag that is left out from its limit, and asks for a
// password where one will be sent.
func (r *sipTrunkResource) ModifyPlan(ctx context.Context, request resource.ModifyPlanRequest, response *resource.ModifyPlanResponse) {
	if request.Plan.Raw.IsNull() {
		return
	}
	var config, plan sipTrunkModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if response.Diagnostics.HasError() {
		return
	}
	plan.IPRestrict = derive(config.IPRestrict, config.AllowedIPs)
	plan.CallRestrict = derive(config.CallRestrict, config.CallLimit)
	plan.CostLimit = derive(config.CostLimit, config.MaxCallCost)
	plan.ChannelsRestrict = derive(config.ChannelsRestrict, config.MaxChannels)
	plan.RewriteEnabled = derive(config.RewriteEnabled, config.RewritePrefix, config.RewriteCond)
	creates := request.State.Raw.IsNull()
	if creates && config.Password.IsNull() && config.PasswordWO.IsNull() {
		response.Diagnostics.AddAttributeError(path.Root("password"), "Missing password",
			"Set password or password_wo to create a SIP trunk.")
		return
	}
	if !creates {
		var state sipTrunkModel
		response.Diagnostics.Append(request.State.Get(ctx, &state)...)
		if response.Diagnostics.HasError() {
			return
		}
		if hostOf(plan.HostRequest) != hostOf(state.HostRequest) {
			plan.Host, plan.AuthMethod, plan.Status = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
		}
	}
	response.Diagnostics.Append(response.Plan.Set(ctx, &plan)...)
}

func derive(flag types.Bool, limits ...attr.Value) types.Bool {
	if !flag.IsNull() {
		return flag
	}
	for _, limit := range limits {
		if limit.IsUnknown() {
			return types.BoolUnknown()
		}
		if !limit.IsNull() {
			return types.BoolValue(true)
		}
	}
	return types.BoolValue(false)
}

func hostOf(request *hostRequestModel) string {
	if request == nil {
		return ""
	}
	return request.Host.ValueString()
}

func (r *sipTrunkResource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan sipTrunkModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	body := r.body(ctx, &plan, request.Config, &response.Diagnostics)
	timeout, problems := plan.Timeouts.Create(ctx, operationTimeout)
	response.Diagnostics.Append(problems...)
	if response.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	answer, err := r.client.createTrunk(ctx, body)
	if err != nil {
		response.Diagnostics.AddError("Cannot create SIP trunk", err.Error())
		return
	}
	response.Diagnostics.Append(r.complete(ctx, &plan, answer)...)
	response.Diagnostics.Append(response.State.Set(ctx, &plan)...)
	response.Diagnostics.Append(response.Identity.Set(ctx, identityModel{ID: plan.ID})...)
}

func (r *sipTrunkResource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state sipTrunkModel
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if response.Diagnostics.HasError() {
		return
	}
	timeout, problems := state.Timeouts.Read(ctx, operationTimeout)
	response.Diagnostics.Append(problems...)
	if response.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	answer, err := r.client.readTrunk(ctx, state.ID.ValueString())
	if isNotFound(err) {
		response.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		response.Diagnostics.AddError("Cannot read SIP trunk", err.Error())
		return
	}
	response.Diagnostics.Append(r.complete(ctx, &state, answer)...)
	response.Diagnostics.Append(response.State.Set(ctx, &state)...)
	response.Diagnostics.Append(response.Identity.Set(ctx, identityModel{ID: state.ID})...)
}

func (r *sipTrunkResource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan sipTrunkModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	body := r.body(ctx, &plan, request.Config, &response.Diagnostics)
	timeout, problems := plan.Timeouts.Update(ctx, operationTimeout)
	response.Diagnostics.Append(problems...)
	if response.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	answer, err := r.client.updateTrunk(ctx, plan.ID.ValueString(), body)
	if err != nil {
		response.Diagnostics.AddError("Cannot update SIP trunk", err.Error())
		return
	}
	response.Diagnostics.Append(r.complete(ctx, &plan, answer)...)
	response.Diagnostics.Append(response.State.Set(ctx, &plan)...)
	response.Diagnostics.Append(response.Identity.Set(ctx, identityModel{ID: plan.ID})...)
}

func (r *sipTrunkResource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state sipTrunkModel
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if response.Diagnostics.HasError() {
		return
	}
	timeout, problems := state.Timeouts.Delete(ctx, operationTimeout)
	response.Diagnostics.Append(problems...)
	if response.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := r.client.deleteTrunk(ctx, state.ID.ValueString()); err != nil && !isNotFound(err) {
		response.Diagnostics.AddError("Cannot delete SIP trunk", err.Error())
	}
}

func (r *sipTrunkResource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("id"), path.Root("id"), request, response)
}

// body takes the password from the configuration: a write-only one is nowhere else.
func (r *sipTrunkResource) body(ctx context.Context, plan *sipTrunkModel, config tfsdk.Config, diagnostics *diag.Diagnostics) *trunkBody {
	var writeOnly types.String
	diagnostics.Append(config.GetAttribute(ctx, path.Root("password_wo"), &writeOnly)...)
	password := plan.Password.ValueString()
	if !writeOnly.IsNull() {
		password = writeOnly.ValueString()
	}
	body, problems := plan.body(ctx, password)
	diagnostics.Append(problems...)
	return body
}

// complete takes over the answer and, for IP authentication only, what the list alone knows.
func (r *sipTrunkResource) complete(ctx context.Context, model *sipTrunkModel, answer *trunk) diag.Diagnostics {
	diagnostics := model.set(ctx, answer)
	if model.HostRequest == nil && answer.Host == "dynamic" {
		model.AuthMethod, model.Status = types.StringValue("Digest"), types.StringValue("active")
		return diagnostics
	}
	for number := 1; ; number++ {
		var page trunkPage
		if err := r.client.call(ctx, http.MethodGet, "/v1/trunks", nil, &page, "page", strconv.Itoa(number), "per_page", "100"); err != nil {
			diagnostics.AddError("Cannot list SIP trunks", err.Error())
			return diagnostics
		}
		for _, item := range page.Trunks {
			if item.ID == answer.ID {
				model.AuthMethod, model.Status = types.StringValue(item.AuthMethod), types.StringValue(item.Status)
				return diagnostics
			}
		}
		if number >= page.Pagination.TotalPages {
			diagnostics.AddError("Cannot find SIP trunk", "The list of trunks does not have the trunk.")
			return diagnostics
		}
	}
}
